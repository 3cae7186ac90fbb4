"""A person at a browser on the demo, end to end; and where each browser check of ux.md, section 7, is proved.

| ux check | test |
|---|---|
| 1 no sideways scroll, 2 touch targets | test_accessibility.py: all pages at 390 px (tightness_of) |
| 3 axe on every page, every role, both themes | test_accessibility.py: pages, matrix (themes and sizes take turns), homes |
| 4 link to receipt at 250 ms a key | test_chain_in_the_browser.py: taps, typed fields, seconds from keys |
| 5 without scripts | test_form_without_scripts.py; accounts/test_fill_pages.py |
| 6 offline | test_form_interrupted.py: typed offline, pressed offline; config/test_shell_scripts.py |
| 7 no storage | test_ux_checks.py: one note; test_form_interrupted.py: handed in |
| 8 double click, same key, two tabs | test_ux_checks.py; accounts/test_fill_pages.py, test_fill_races.py: same key at once |
| 9 going back | test_ux_checks.py, with and without scripts; test_form_without_scripts.py |
| 10 two wrong fields | test_ux_checks.py; accounts/test_fill_pages.py |
| 11 session or token ends while typing | test_form_interrupted.py: values restored, kept submission goes out |
| 12 deadline passes | test_ux_checks.py; accounts/test_draft_conflicts.py: closed meanwhile |
| 13 long and rare names | test_names_and_picker.py |
| 14 organisation picker | test_names_and_picker.py; config/test_shell_scripts.py |
| 15 thirty forms by keyboard | accounts/test_review_keys.py: keys, focus, undo, off-switch, letters while typing |
| 16 bulk, one changed meanwhile | accounts/test_review_keys.py |
| 17 returned form on the phone | test_ux_checks.py; test_returned_form.py: the whole way round |
| 18 below 80%, who answers for it | test_weekly_and_bulletin.py; reporting/test_weekly_page.py: 80.0% and 79.99% |
| 19 heat table | test_weekly_and_bulletin.py: sticky, reached by keyboard, words in every cell |
| 20 bulletin in two clicks | test_weekly_and_bulletin.py; reporting/test_bulletin_publish.py: frozen figures |
| 21 draw twice, redraw | test_spot_checks.py: replay_draw, reason on both; reporting/test_draw_sampling.py: same seed |
| 22 spot checks offline | test_spot_checks.py: three records and a photo once, grades while typing, no storage, no scripts |
| 25 bulletin on paper | test_weekly_and_bulletin.py: A4, margins, no buttons |
"""

from __future__ import annotations
