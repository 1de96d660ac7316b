"""Lá Chắn: one outbreak-response platform over one register of people, places and areas."""
