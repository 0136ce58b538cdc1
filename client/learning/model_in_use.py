"""The league's model of one kind that is in use here, opened and verified again."""

import logging
from collections.abc import Sequence
from pathlib import Path

from client.adoption import Adoptions, read_model
from client.errors import ClientError
from models.errors import ModelError
from models.registry import OpenedModel
from policies.errors import PolicyError
from policies.signing import VerifyKey

logger = logging.getLogger(__name__)


def model_in_use(models: Path, keys: Sequence[VerifyKey], model: str) -> OpenedModel | None:
    """Return the model that passed this node's gate; None where there is none that is sound.

    models: the node's folder of models. A newer one that failed takes no place.
    """
    used = Adoptions(models).in_use(model)
    if used is None:
        return None
    try:
        opened, _ = read_model(models / used.model_id, keys)
    except (ClientError, ModelError, PolicyError) as error:
        logger.warning("an adopted model cannot be read", extra={"error": type(error).__name__})
        return None
    return opened if (opened.record.model, opened.record.sha256) == (model, used.model_id) else None
