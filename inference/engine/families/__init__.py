"""How each family of models wants to be asked: one small record (`records.py`) and one Jinja template for each.

`recognise.py` finds the family by a model's name. Nothing here needs torch, transformers or a model's files.
"""

from inference.engine.families.family import Family, StopToken
from inference.engine.families.recognise import recognise
from inference.engine.families.records import FAMILIES, NEWER, PLAIN, family_named

__all__ = ["FAMILIES", "NEWER", "PLAIN", "Family", "StopToken", "family_named", "recognise"]
