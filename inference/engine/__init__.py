"""Language models behind one small face: `EngineRegistry().engine_for(spec).start(request)` streams an answer.

Knows no Django, no database and no Redis. Importing this package never imports torch: a transformers
model lives in a process of its own (`process.py` starts `serve.py`), `echo.py` answers without a model.
"""
