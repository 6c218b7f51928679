"""Pictures and pages: what somebody looks at after a run, from log, resolved scenario and inventory alone."""
