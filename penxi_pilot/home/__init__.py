"""工作台: the home page lives in the wiring, because only the wiring sees every room.

views.py      one arrangement per kind of person
board.py      what the whole of the pilots comes to on a day: figures, lights, course of the phases, findings
community.py  a community's ten cards
drawing.py    问题发现与销号 as a drawing
deeds.py      已办 and 我发起的, from the audit log
"""
