"""The pages of policies: read one, write one, see it through two people into force, replay it."""
