"""The report page of a run or an ensemble: what came out, beside plan and record, on one page to print."""
