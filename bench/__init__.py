"""Benches: each module bench/<group>.py has run(scale) and yields figures. `python -m bench NAME` runs them."""
