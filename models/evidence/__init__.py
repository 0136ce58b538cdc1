"""Evidence on a published risk model, pooled over a league by one private exchange: what is asked, and what follows."""
