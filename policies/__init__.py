"""The words and rules every trust domain shares: vocabulary, grants, Casbin rules, budget. No input or output."""
