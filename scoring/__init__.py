"""The annual assessment: schemes as data, sheets, scores that open their arithmetic, the export like the annex.

Nouns: Scheme, Section, Item, Criterion; Sheet, Score, Evidence, Consequence.
Invariants: arithmetic is Decimal and Fraction in rules.py, which knows nothing of Django; computed scores read frozen
weeks only; a blank is "not scored", never 0; a finalised sheet never changes, in the database too.
"""
