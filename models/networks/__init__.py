"""Networks: models that need torch and Opacus, the libraries of the extra `networks`, where they run."""
