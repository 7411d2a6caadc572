"""A house that is sold on three channels, and what may befall it in any order: people, faults, deaths."""
