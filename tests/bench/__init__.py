"""`make bench`: what mirroring and issuing cost, as ratios in one run on one machine."""
