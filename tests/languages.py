"""Texts in languages that some engine reads, another one does not, and none does."""

ENGLISH = "I love this kettle, it is the best one that I have ever had."
GERMAN = "Der Wasserkocher ist leider schon nach drei Tagen kaputtgegangen."
ARABIC = "شكرا جزيلا"
"""Too short for the detector, but in no letters of English."""
DUTCH = "De waterkoker is helaas na drie dagen al kapot gegaan, en niemand antwoordt."
"""Comprehend's sentiment does not know it."""
EVERY = (ENGLISH, GERMAN, ARABIC, DUTCH)
