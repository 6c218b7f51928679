"""The planner's prescribed forms from a run: plan, controllers' script, evaluation, summary, daily report."""
