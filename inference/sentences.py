"""What engines and workers say, in the reader's language.

An engine knows no Django and speaks English: its sentences go as they are into the log, the stream and the row, where
every reader meets them in a language of his own. Each is listed here with names for its variable parts, which makes it
a msgid of gettext; `translated` recognises a sentence by its fixed words and puts the parts into the translation.
What is not listed stays English. tests/inference/test_sentences.py reads the engine's source for forgotten ones.
"""

from __future__ import annotations

import re
from functools import lru_cache

from django.utils.translation import gettext, gettext_noop

PLACE = re.compile(r"%\((\w+)\)s")
LONGEST = 2000  # what is longer is no sentence of ours, and looking through it would take long

SENTENCES = [
    # --- parameters ---------------------------------------------------------------------------------------------------
    gettext_noop("%(name)s must be a number."),
    gettext_noop("%(name)s must be a whole number."),
    gettext_noop("%(name)s must be between %(low)s and %(high)s."),
    gettext_noop("%(name)s must be above 0 and at most 1."),
    gettext_noop("%(name)s must be at least 1."),
    gettext_noop("%(name)s must be a list of pairs: a token's number and a bias."),
    gettext_noop("%(name)s must be a list of at most %(count)s strings, none of them empty."),
    gettext_noop("%(name)s is not a sampling parameter; there are %(known)s."),
    gettext_noop("Sampling parameters are a JSON object, for example %(example)s."),
    # --- stages of loading --------------------------------------------------------------------------------------------
    gettext_noop("not loaded"),
    gettext_noop("starting"),
    gettext_noop("loading torch"),
    gettext_noop("checking the files"),
    gettext_noop("fetching %(model)s from the Hugging Face hub"),
    gettext_noop("reading the weights"),
    gettext_noop("merging the adapter"),
    gettext_noop("first token"),
    gettext_noop("first vector"),
    gettext_noop("waiting until another model can be unloaded"),
    gettext_noop(
        "Weights in %(bits)s bits need the package %(package)s on the worker's machine (pip install %(install)s)."
    ),
    # --- a folder that is no model ------------------------------------------------------------------------------------
    gettext_noop("The model folder %(folder)s does not exist."),
    gettext_noop("%(folder)s is a file; a model is a folder with config.json and *.safetensors."),
    gettext_noop("The model folder %(folder)s holds no tokenizer (tokenizer.json is missing)."),
    gettext_noop("The model folder %(folder)s holds no weights (model.safetensors is missing)."),
    gettext_noop("The model folder %(folder)s holds no config.json, so it is not a model that can be loaded."),
    gettext_noop("The adapter folder %(folder)s does not exist."),
    gettext_noop("The folder %(folder)s holds no adapter (adapter_config.json is missing)."),
    gettext_noop("The adapter in %(folder)s does not say of what kind it is (adapter_config.json)."),
    gettext_noop("The adapter in %(folder)s holds no weights (adapter_model.safetensors is missing)."),
    gettext_noop(
        "The adapter in %(folder)s is in the old .bin format, which can run code while it is read; only safetensors "
        "weights are loaded (convert it once with PEFT's save_pretrained)."
    ),
    gettext_noop(
        "%(folder)s is an adapter (LoRA) that does not name its base model; give the base as the source and this as "
        "its adapter."
    ),
    gettext_noop(
        "%(folder)s is an adapter (LoRA) for %(base)s, which is not on this machine; give its base as the source and "
        "this as its adapter."
    ),
    gettext_noop("%(file)s does not say which files hold the weights."),
    gettext_noop("The weights in %(folder)s are incomplete: %(missing)s is missing."),
    gettext_noop(
        "The weights in %(folder)s are in the old .bin format, which can run code while it is read; "
        "only safetensors weights are loaded (convert them once with save_pretrained)."
    ),
    gettext_noop("%(file)s cannot be read: %(reason)s."),
    gettext_noop("%(file)s is broken: it is not valid JSON (%(reason)s)."),
    gettext_noop("%(file)s is broken: it holds no JSON object."),
    gettext_noop("%(file)s is broken: it is not a safetensors file."),
    gettext_noop("%(file)s is broken: %(reason)s."),
    gettext_noop("it is only a git-lfs pointer (run `git lfs pull`)"),
    gettext_noop("it is cut off or no safetensors file"),
    gettext_noop("%(file)s is cut off: %(there)s of %(expected)s bytes are there (an unfinished copy or download?)."),
    # --- a model that cannot be loaded --------------------------------------------------------------------------------
    gettext_noop("The device '%(device)s' is unknown; choose one of auto, %(known)s."),
    gettext_noop("This machine has no %(device)s device that torch can use; it has %(present)s."),
    gettext_noop("The number format '%(format)s' is unknown; choose one of auto, %(known)s."),
    gettext_noop(
        "%(model)s is neither a folder on this machine nor could it be fetched from the Hugging Face hub: %(reason)s"
    ),
    gettext_noop(
        "%(model)s is neither a folder on this machine nor could it be fetched from the Hugging Face hub "
        "(the hub is switched off here by HF_HUB_OFFLINE): %(reason)s"
    ),
    gettext_noop("The model needs about %(needed)s GiB of memory on %(device)s, but only %(free)s GiB are free."),
    gettext_noop("There is not enough memory on %(device)s for %(model)s."),
    gettext_noop(
        "%(model)s offers no safetensors weights on the Hugging Face hub (older models come as .bin, which can run "
        "code while it is read); take a converted copy of it, or convert it once (docs/models.md says how)."
    ),
    gettext_noop("The adapter %(adapter)s does not fit this base model: %(reason)s."),
    gettext_noop("The adapter %(adapter)s does not fit this base model: its file lacks weights."),
    gettext_noop("The adapter %(adapter)s is of a kind that cannot be merged into weights: %(kind)s."),
    gettext_noop("The adapter %(adapter)s cannot be merged: %(reason)s."),
    gettext_noop("There is no prompt format “%(format)s”; there are %(known)s."),
    gettext_noop("This model ships no chat template of its own; choose another prompt format."),
    gettext_noop(
        "This model ships no chat template and its name tells no known family, so it is asked in a plain form "
        "(User: … Assistant: …) that it may not have been trained on."
    ),
    gettext_noop("The tokenizer in %(folder)s needs the package sentencepiece on the worker's machine."),
    gettext_noop("The tokenizer in %(folder)s cannot be loaded: %(reason)s"),
    gettext_noop("The tokenizer in %(folder)s is empty (tokenizer.json is missing)."),
    gettext_noop("The weights in %(folder)s lack %(count)s tensors, for example %(example)s."),
    gettext_noop("The model was loaded but cannot compute a token: %(reason)s"),
    gettext_noop("The model was loaded but computes no usable numbers (NaN): its weights are broken."),
    gettext_noop(
        "%(model)s brings its own program code, which is not run unless an administrator allows it for this model "
        "(trust remote code)."
    ),
    gettext_noop(
        "%(model)s is a ChatGLM of the first version, whose own program code was written for transformers up to 4.44 "
        "and does not run with %(version)s; ChatGLM2-6B, ChatGLM3-6B and GLM 4 (THUDM/glm-4-9b-chat-hf) need no such "
        "code."
    ),
    gettext_noop(
        "%(model)s is a GLM 4 in the form that needs its own program code; take the form for transformers, whose name "
        "ends in -hf (THUDM/glm-4-9b-chat-hf)."
    ),
    gettext_noop(
        "%(model)s is a ChatGLM that is built otherwise than ChatGLM2-6B and ChatGLM3-6B (%(fields)s in its "
        "config.json) and cannot be loaded here."
    ),
    gettext_noop("%(model)s cannot be loaded: its config.json does not say %(field)s."),
    gettext_noop("The architecture of %(model)s is not known to %(version)s: %(reason)s"),
    gettext_noop("%(model)s cannot be loaded: %(reason)s"),
    gettext_noop(
        "The echo engine does not understand %(part)s: its source looks like "
        '"words_per_second=20,first_token_ms=0,words=200".'
    ),
    gettext_noop(
        "The model needs about %(needed)s GiB of memory, but the models of this worker may use only %(total)s GiB "
        "together."
    ),
    gettext_noop(
        "There is memory for conversations of %(tokens)s tokens only; the model could read %(context_length)s."
    ),
    # --- an engine that ended -----------------------------------------------------------------------------------------
    gettext_noop("The engine was stopped; another attempt may succeed."),
    gettext_noop("The engine was stopped while it answered; another attempt may succeed."),
    gettext_noop("The engine's process could not be started: %(reason)s."),
    gettext_noop("The engine's process %(cause)s while it loaded the model."),
    gettext_noop("The engine's process %(cause)s while it answered; another attempt may succeed."),
    gettext_noop("was ended by %(signal)s (often the system does that when memory runs out)"),
    gettext_noop("was ended by %(signal)s"),
    gettext_noop("ended with code %(code)s"),
    # --- a remote server ----------------------------------------------------------------------------------------------
    gettext_noop("This model names no remote server."),
    gettext_noop("the remote server is busy, trying again"),
    gettext_noop("The remote server cannot be reached (%(reason)s); please try again later."),
    gettext_noop("its name is not known"),
    gettext_noop("it refuses the connection"),
    gettext_noop("no secure connection (TLS) can be made"),
    gettext_noop("The remote server could not be asked (%(reason)s)."),
    gettext_noop("The remote server did not answer in time; please try again."),
    gettext_noop("The connection to the remote server was lost; another attempt may succeed."),
    gettext_noop("The connection to the remote model was lost in the middle of the answer; please ask again."),
    gettext_noop("The remote server refused the request: %(reason)s"),
    gettext_noop("The remote server broke off the answer: %(reason)s"),
    gettext_noop("The remote server does not accept our key; an administrator must look at it: %(reason)s"),
    gettext_noop("The remote server does not know this model or this address: %(reason)s"),
    gettext_noop("The remote server is busy or our quota there is used up; please try again later: %(reason)s"),
    gettext_noop("The remote server sends us to another address, which is not followed."),
    gettext_noop("The remote server failed (%(status)s); please try again: %(reason)s"),
    gettext_noop("The question is too long for this remote model: %(reason)s"),
    gettext_noop("The remote server sent something that is no answer."),
    gettext_noop("The remote server's content filter ended this answer."),
    gettext_noop("This is not an address such as https://api.example.com/v1."),
    gettext_noop("The address must begin with https:// or http:// and name a server."),
    gettext_noop("The address must not hold a name or password; keys have a field of their own."),
    gettext_noop("The address must end with its path: no ? and no #."),
    gettext_noop(
        "%(host)s is an address inside this machine or network. If that is meant, start the site with "
        "ALLOW_PRIVATE_ENDPOINTS=1."
    ),
    gettext_noop("A remote server is called over the network only."),
    gettext_noop("The key of the remote server cannot be read any more, because SECRET_KEY has changed."),
    gettext_noop("The key of the remote server holds signs that cannot be sent."),
    # --- a remote server ----------------------------------------------------------------------------------------------
    gettext_noop("This is not an address such as https://api.example.com/v1."),
    gettext_noop("The address must begin with https:// or http:// and name a server."),
    gettext_noop("The address must not hold a name or password; keys have a field of their own."),
    gettext_noop("The address must end with its path: no ? and no #."),
    gettext_noop(
        "%(host)s is an address inside this machine or network. If that is meant, start the site with "
        "ALLOW_PRIVATE_ENDPOINTS=1."
    ),
    gettext_noop("This model names no remote server."),
    gettext_noop("The variable %(variable)s is not set on the worker."),
    gettext_noop("the remote server is busy, trying again"),
    gettext_noop("The remote server cannot be reached (%(reason)s); please try again later."),
    gettext_noop("The remote server could not be asked (%(reason)s)."),
    gettext_noop("The remote server did not answer in time; please try again."),
    gettext_noop("The remote server does not accept our key; an administrator must look at it: %(reason)s"),
    gettext_noop("The remote server does not know this model or this address: %(reason)s"),
    gettext_noop("The remote server is busy or our quota there is used up; please try again later: %(reason)s"),
    gettext_noop("The remote server sends us to another address, which is not followed."),
    gettext_noop("The remote server failed (%(status)s); please try again: %(reason)s"),
    gettext_noop("The remote server refused the request: %(reason)s"),
    gettext_noop("The question is too long for this remote model: %(reason)s"),
    gettext_noop("The remote server sent something that is no answer."),
    gettext_noop("The remote server broke off the answer: %(reason)s"),
    gettext_noop("The remote server's content filter ended this answer."),
    gettext_noop("The connection to the remote server was lost; another attempt may succeed."),
    gettext_noop("The connection to the remote model was lost in the middle of the answer; please ask again."),
    gettext_noop("The remote server sent vectors that do not fit the question."),
    # --- vectors of texts ---------------------------------------------------------------------------------------------
    gettext_noop("The embedding model in %(folder)s has a layer (%(layers)s) that is not supported here."),
    gettext_noop(
        "The embedding model in %(folder)s pools its tokens in a way (%(way)s) that is not supported here; mean, first "
        "(CLS) and last token are."
    ),
    gettext_noop("The model was loaded but cannot compute a vector: %(reason)s."),
    gettext_noop("The model computed no usable numbers (NaN) for this text."),
    gettext_noop("This model turns texts into vectors; it does not answer questions."),
    gettext_noop("This model does not turn texts into vectors."),
    gettext_noop("%(place)s is too long for this model: it takes %(tokens)s tokens, and only %(room)s fit."),
    gettext_noop("%(place)s holds nothing that this model can read."),
    gettext_noop("%(place)s holds the token %(token)s, which this model does not have."),
    gettext_noop("dimensions must be between 1 and %(most)s for this model."),
    # --- an answer that broke off -------------------------------------------------------------------------------------
    gettext_noop("There is no question to answer: the conversation holds no message of a user."),
    gettext_noop(
        "The question is too long for this model: with the instructions it takes %(tokens)s tokens, "
        "and only %(room)s fit."
    ),
    gettext_noop("The chat template of this model refuses the conversation: %(reason)s"),
    gettext_noop("The prompt format %(format)s cannot hold this conversation: %(reason)s."),
    gettext_noop("The model computed no usable numbers (NaN) for this conversation."),
    gettext_noop(
        "There was not enough memory for this answer; a shorter conversation, or fewer answers at the same time, "
        "may work."
    ),
    gettext_noop("The model failed on this request (%(reason)s)."),
    gettext_noop("The echo engine failed because the question asked it to."),
    gettext_noop("The echo engine cannot be made to call a tool."),
    gettext_noop("The echo engine cannot hold its answer to a form."),
    gettext_noop("This model's chat template knows no tools."),
    gettext_noop("This model calls tools in a form that is not known here."),
    gettext_noop("The answer cannot be held to this schema: %(reason)s"),
    gettext_noop("The model cannot write what this schema asks for: %(reason)s"),
    gettext_noop("its vocabulary lacks the signs"),
    gettext_noop("The engine ended the answer without saying why."),
    gettext_noop("The stream cannot be read: the message broker is away."),
    gettext_noop("The stream cannot be read: %(reason)s"),
    gettext_noop("An unexpected error ended this answer; the administrator finds the details in the log."),
    gettext_noop("The model was switched off while this question waited; please choose another one."),
    gettext_noop("The model's process ended %(count)s times while it answered this; it was given up."),
    gettext_noop("This answer was deleted."),
]


def translated(sentence: str) -> str:
    """The sentence in the language that is active; unchanged if it is not one of ours."""
    recognised = _recognised(sentence)
    if recognised is None:
        return sentence
    msgid, parts = recognised
    return gettext(msgid) % {name: translated(part) for name, part in parts.items()}


@lru_cache(maxsize=1024)  # the same few are shown again and again
def _recognised(sentence: str) -> tuple[str, dict[str, str]] | None:
    if len(sentence) > LONGEST:
        return None
    for pattern, msgid in _patterns():
        if match := pattern.fullmatch(sentence):
            return msgid, match.groupdict()
    return None


@lru_cache(maxsize=1)
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    """Those with the most words of their own first: the others might take them for a part."""
    return [
        (_pattern(msgid), msgid)
        for msgid in sorted(SENTENCES, key=lambda msgid: len(PLACE.sub("", msgid)), reverse=True)
    ]


def _pattern(msgid: str) -> re.Pattern[str]:
    pieces = PLACE.split(msgid)  # fixed words and names of parts in turn
    return re.compile(
        "".join(f"(?P<{piece}>.+?)" if index % 2 else re.escape(piece) for index, piece in enumerate(pieces)), re.DOTALL
    )
