"""How well a model does: metrics, held-back days, comparison with baselines, the adoption gate, published figures."""
