"""Registry of the League's social-media accounts, groups and administrators, and the collection form that feeds it.

Nouns: Platform, Account, Group, Administratorship, RegistryEvent; FieldList, CollectionRound, Expected, Submission, Package.
`accounts` are social-media accounts, not logins. Invariants: every change of the registry goes through
`operations/registry.py`, writes a version row and exactly one event; personal data stands only in encrypted fields;
nothing enters the registry before the committee directly under the province has approved it (or the level a round sets).
"""
