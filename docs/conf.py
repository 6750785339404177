"""Settings of the documentation.

`sphinx-build -W -n docs build/docs` makes it: without a warning, without a request to the network.
The gallery runs `examples/`, the command reference is read from the command, the support tables
from the backends.
"""

import shutil
import sys
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent
sys.path.insert(0, str(HERE / "_extensions"))

import neuro  # noqa: E402

project = "neuro"
author = "the authors of neuro"
version = release = neuro.__version__
language = "en"
smartquotes = False  # they would turn --option into a dash

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.napoleon",
    "myst_parser",
    "sphinx_copybutton",
    "sphinx_gallery.gen_gallery",
    "capability_tables",
    "command_reference",
    "docstrings",
    "mathml",
    "names",
]
exclude_patterns = ["generated/scripts", "generated/gallery/*.ipynb"]
templates_path = ["_templates"]
nitpicky = True
default_role = "name"
suppress_warnings = ["config.cache"]  # sphinx-gallery's settings hold functions

# Reference -----------------------------------------------------------------------------------
autosummary_generate = True
autosummary_ignore_module_all = False
autodoc_member_order = "bysource"
autodoc_typehints = "none"  # types, shapes and units are in the docstrings
autodoc_preserve_defaults = True
napoleon_google_docstring = False
napoleon_use_param = False
napoleon_use_rtype = False
napoleon_custom_sections = [("Attributes", "params_style")]

# Pages ---------------------------------------------------------------------------------------
myst_enable_extensions = ["colon_fence", "deflist", "dollarmath", "amsmath"]
myst_heading_anchors = 3
myst_links_external_new_tab = False
copybutton_prompt_text = r">>> |\.\.\. |\$ |> "
copybutton_prompt_is_regexp = True
copybutton_only_copy_prompt_lines = True

# Gallery -------------------------------------------------------------------------------------
# Copied, because sphinx-gallery would take the package beside the scripts for a gallery too.
SCRIPTS = HERE / "generated" / "scripts"
for folder in (SCRIPTS, HERE / "generated" / "api"):
    shutil.rmtree(folder, ignore_errors=True)
SCRIPTS.mkdir(parents=True)
for script in [*(ROOT / "examples").glob("*.py"), *(ROOT / "examples").glob("GALLERY_HEADER.*")]:
    shutil.copy2(script, SCRIPTS)

sphinx_gallery_conf = {
    "examples_dirs": [str(SCRIPTS)],
    "gallery_dirs": ["generated/gallery"],
    "filename_pattern": r"\.py$",
    "within_subsection_order": "gallery_order.GalleryOrder",
    "abort_on_example_error": True,
    "capture_repr": (),
    "show_signature": False,
    "show_memory": False,
    "download_all_examples": False,
    "write_computation_times": False,  # that page loads scripts from elsewhere
    "min_reported_time": 60,
    "matplotlib_animations": False,
    "remove_config_comments": True,
}

# HTML ----------------------------------------------------------------------------------------
html_theme = "furo"
html_title = f"neuro {version}"
html_static_path = ["_static"]
html_css_files = ["neuro.css"]
html_show_sphinx = False
html_show_copyright = False
html_copy_source = False
html_theme_options = {"navigation_with_keys": True}
