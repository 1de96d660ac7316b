"""A made-up world over real communes: people, places, visits and an outbreak, the same for the same seed and moment.

Pure modules imagine it (names, households, places, visits, epidemic, story, plan); write.py puts it in the tables;
world.py is the door.
"""
