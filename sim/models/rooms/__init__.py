"""Machine rooms: electricity, devices, air, services, and the alarms they give."""
