import logging

import pytest


@pytest.fixture(autouse=True)
def quiet_brian2():
    # pytest would keep every line of Brian2's debug log, which takes longer than the runs.
    logger = logging.getLogger("brian2")
    level = logger.level
    logger.setLevel(logging.WARNING)
    yield
    logger.setLevel(level)
