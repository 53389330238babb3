"""One module a noun, each with a NOUN; found by the registry, ordered by stage and place."""
