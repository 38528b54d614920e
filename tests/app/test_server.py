"""What stands around the pages: addresses, headers, bounds, the browser that opens, and a log without lab ids."""

import asyncio
import functools
import logging
import os
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from streamlit import config

import streamlit as st
from mnist_demo.app import log, server, warm_up
from mnist_demo.app.log import HIDDEN
from mnist_demo.app.server import HEADERS, MIDDLEWARE, page_location
from mnist_demo.app.session import housekeeping
from mnist_demo.runs import HOME_VARIABLE, new_lab_id
from tests.server import ROOT, LabServer

LAB = "lab-in-a-log-012345678"
