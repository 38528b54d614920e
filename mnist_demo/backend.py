"""The one door to Keras and TensorFlow, with the settings that must stand before they are imported.

Worker world: importing this module takes seconds and 300 MB.
"""

import os

# A visitor's ~/.keras/keras.json may name another backend.
os.environ["KERAS_BACKEND"] = "tensorflow"
# TensorFlow turns oneDNN on by itself only on CPUs with AVX-512: on an AVX2 machine an epoch took 9.5 s without it
# and 3.4 s with it.
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import tensorflow as tf

__all__ = ["keras", "tf"]
