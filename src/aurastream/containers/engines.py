"""Which engines there are, and how the one that is named is made."""

from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

from dependency_injector import containers, providers

from aurastream.containers.aws import AWS, CLIENTS
from aurastream.containers.lazily import Lazily, named
from aurastream.containers.local import LOCAL
from aurastream.containers.quota import Quota
from aurastream.containers.stack import Urgency, billed_engine, front
from aurastream.domain.engines.batched import BatchedEngine
from aurastream.domain.engines.cascade import CascadeEngine, CascadePolicy
from aurastream.domain.engines.observed import Observe
from aurastream.domain.keys import Tenant
from aurastream.domain.retrying import RetryBudget
from aurastream.domain.services.prepare import unknown
from aurastream.ports.clock import Clock
from aurastream.ports.language_detector import LanguageDetector
from aurastream.ports.result_cache import ResultCache
from aurastream.ports.sentiment_engine import SentimentEngine
from aurastream.settings import PREFIX, Settings, SettingsError

BILLED = frozenset({"comprehend", "cascade", "bedrock"})
"""Engines that cost money; a budget is held by Comprehend's price, which is above a small model's."""

CALIBRATED = frozenset({"embedded", "cascade"})
"""Engines that heed a calibration which a job names."""


def bills(settings: Settings) -> bool:
    """Whether scoring costs money."""
    return settings.engine in BILLED


def knows_calibration(settings: Settings, book: Callable[[], Any]) -> Callable[[Tenant, str], bool]:
    """Whether a tenant has a calibration; none is known to an engine that would not heed it."""
    known: Callable[[Tenant, str], bool] = book().knows
    return known if settings.engine in CALIBRATED else unknown


def chunks_at_once(settings: Settings) -> int:
    """An engine that is waited for is asked from many threads; one that computes gains by two at most."""
    return settings.bulk_workers if bills(settings) else 2


def engine_named(settings: Settings, **engines: Callable[[], SentimentEngine]) -> SentimentEngine:
    """
    The engine that the settings name; no other is built.

    Raises:
        SettingsError: there is none of that name.
    """
    if settings.engine not in engines:
        raise SettingsError(f"{PREFIX}ENGINE: there is no such engine, there are {', '.join(engines)}")
    return engines[settings.engine]()


def make_embedded(settings: Settings, clock: Clock) -> Callable[[Any], SentimentEngine]:
    """
    The shipped model and those that were added, for each calibration of one's own, or for None the model's.

    Raises:
        SettingsError: a file among the added ones is no model, or is for a language that another one reads.
    """
    from aurastream.adapters.local.embedded_engine import MODELS, embedded_engines

    try:
        return embedded_engines(clock, settings.data_dir / MODELS)
    except ValueError as error:
        raise SettingsError(f"{PREFIX}DATA_DIR, {MODELS}: {error}") from None


def make_onnx(settings: Settings, clock: Clock) -> SentimentEngine:
    """
    A classifier of the operator's own, and what cuts nothing but calls.

    Raises:
        SettingsError: there is none, its packages are not installed, or it is not what we can run.
    """
    if settings.onnx_dir is None:
        raise SettingsError(f"{PREFIX}ONNX_DIR is not set, and engine onnx needs it")
    from aurastream.adapters.local.onnx_engine import OnnxEngine

    try:
        return BatchedEngine(OnnxEngine(settings.onnx_dir, clock=clock))
    except FileNotFoundError as error:
        raise SettingsError(f"{PREFIX}ONNX_DIR: there is no {Path(error.filename).name}") from None
    except (ImportError, ValueError) as error:
        raise SettingsError(f"{PREFIX}ONNX_DIR: {error}") from None


def cascade_policy(settings: Settings, policies: Callable[[], Any]) -> CascadePolicy:
    """
    The policy that was tuned, or the plain threshold.

    Raises:
        SettingsError: no policy of the name was tuned.
    """
    if settings.cascade_policy is None:
        return CascadePolicy(threshold=settings.cascade_threshold)
    try:
        policy: CascadePolicy = policies().get(settings.cascade_policy)
    except KeyError:
        raise SettingsError(f"{PREFIX}CASCADE_POLICY: no such policy; `aurastream tune` makes one") from None
    return policy


class ComputedEngines(containers.DeclarativeContainer):
    """Engines that compute in this process: of each there is one, whoever asks."""

    settings: providers.Dependency[Settings] = providers.Dependency(instance_of=Settings)
    clock: providers.Dependency[Clock] = providers.Dependency()

    calibrations = providers.Singleton(
        Lazily(LOCAL + "calibration_book:CalibrationBook"), settings.provided.data_dir
    )
    embedded = providers.Singleton(
        BatchedEngine,
        providers.Singleton(
            Lazily(LOCAL + "calibrated_engine:CalibratedEngine"),
            providers.Singleton(make_embedded, settings, clock),
            calibrations,
        ),
    )
    lexicon = providers.Singleton(
        BatchedEngine, providers.Singleton(Lazily(LOCAL + "lexicon_engine:LexiconEngine"), clock=clock)
    )
    onnx = providers.Singleton(make_onnx, settings, clock)


class Engines(containers.DeclarativeContainer):
    """Every engine, as it is asked with one urgency; `engine` is the one that the settings name."""

    settings: providers.Dependency[Settings] = providers.Dependency(instance_of=Settings)
    urgency: providers.Dependency[Urgency] = providers.Dependency(instance_of=Urgency)
    quota: providers.Dependency[Quota] = providers.Dependency(instance_of=Quota)
    computed: Any = providers.DependenciesContainer()
    detector: providers.Dependency[LanguageDetector] = providers.Dependency()
    session: providers.Dependency[Any] = providers.Dependency()
    cache: providers.Dependency[ResultCache] = providers.Dependency()
    clock: providers.Dependency[Clock] = providers.Dependency()
    chance: providers.Dependency[Random] = providers.Dependency()
    budget: providers.Dependency[RetryBudget] = providers.Dependency()
    on_call: providers.Dependency[Observe] = providers.Dependency()
    on_documents: providers.Dependency[Observe] = providers.Dependency()

    patience = providers.Callable(named, CLIENTS, urgency.provided.client)
    comprehend_client = providers.Singleton(Lazily(CLIENTS + ":comprehend_client"), session, patience)
    bedrock_client = providers.Singleton(Lazily(CLIENTS + ":bedrock_client"), session, patience)
    billed = providers.Factory(
        billed_engine,
        cache=cache,
        clock=clock,
        chance=chance,
        budget=budget,
        observe=on_call,
        urgency=urgency,
    )
    comprehend = providers.Singleton(
        billed,
        providers.Factory(Lazily(AWS + "comprehend_engine:ComprehendEngine"), comprehend_client, clock=clock),
        single=quota.provided.detect,
        batch=quota.provided.batch,
    )
    bedrock = providers.Singleton(
        billed,
        providers.Factory(
            Lazily(AWS + "bedrock_engine:BedrockEngine"),
            bedrock_client,
            model_id=settings.provided.bedrock_model,
            clock=clock,
        ),
        single=quota.provided.converse,
        batch=quota.provided.converse,
    )
    policies = providers.Singleton(Lazily(LOCAL + "policy_book:PolicyBook"), settings.provided.data_dir)
    cascade = providers.Singleton(
        CascadeEngine,
        computed.embedded,
        comprehend,
        policy=providers.Callable(cascade_policy, settings, policies.provider),
    )
    engine = providers.Singleton(
        front,
        providers.Callable(
            engine_named,
            settings,
            embedded=computed.embedded.provider,
            lexicon=computed.lexicon.provider,
            comprehend=comprehend.provider,
            bedrock=bedrock.provider,
            onnx=computed.onnx.provider,
            cascade=cascade.provider,
        ),
        detector=detector,
        settings=settings,
        observe=on_documents,
    )
