#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What Zephyr and ESP-IDF are given says what the build here does. Neither is needed: their CMake functions are
stood in for by ones that print what they are handed.

usage: glue.py [ROOT]
"""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

try:
    import kconfiglib
    import yaml
except ImportError as missing:
    print("skipped: no Python module", missing.name)
    sys.exit(77)

root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".").resolve()
agent = root / "device-agent"
failures = 0


def complain(text):
    global failures
    failures += 1
    print(text)


def equal(what, ours, theirs):
    if isinstance(ours, dict):
        ours, theirs = set(ours.items()), set(theirs.items())
    if ours != theirs:
        complain(f"{what}: {sorted(ours ^ theirs) if isinstance(ours, set) else (ours, theirs)}")


# --- options ---------------------------------------------------------------------------------------


def options(header):
    """PROV_WITH_X: 0 or 1, as a header defines them."""
    text = header.read_text()
    return {name: int(value) for name, value in re.findall(r"^#define (PROV_WITH_\w+)\s+([01])", text, re.M)}


def kconfig(file, selected):
    """The options of a Kconfig file with some symbols chosen."""
    tree = kconfiglib.Kconfig(str(file), warn_to_stderr=False)
    for name in selected:
        tree.syms[name].set_value("y")
    for warning in tree.warnings:
        complain(f"{file}: {warning}")
    return {name: int(sym.str_value == "y") for name, sym in tree.syms.items() if name.startswith("PROV_WITH_")}


def check_options():
    everything = options(root / "libprov/include/prov/config.h")
    as_delivered = everything | options(agent / "config/psk_rpk_cert.h")
    with tempfile.TemporaryDirectory() as folder:
        # As Zephyr's own tree would have it: its Kconfig sources the module's.
        top = pathlib.Path(folder) / "Kconfig"
        top.write_text(f'config MBEDTLS\n\tbool "Mbed TLS"\n\nsource "{agent}/zephyr/Kconfig"\n')
        equal("zephyr/Kconfig and psk_rpk_cert.h", kconfig(top, ["MBEDTLS", "PROV"]), as_delivered)
    equal("port/esp-idf/Kconfig and psk_rpk_cert.h", kconfig(agent / "port/esp-idf/Kconfig", []), as_delivered)
    for header in (agent / "config").glob("*.h"):
        equal(f"{header.name} has options that prov/config.h has not", options(header).keys() - everything.keys(), set())
    return everything


# --- sources ---------------------------------------------------------------------------------------

MOCKS = """
function(say what)
  foreach(item IN LISTS ARGN)
    message(STATUS "${what} ${item}")
  endforeach()
endfunction()
function(zephyr_library_named name)
  say(target ${name})
endfunction()
function(zephyr_library_sources)
  say(source ${ARGN})
endfunction()
function(zephyr_include_directories)
  say(include ${ARGN})
endfunction()
function(zephyr_compile_definitions)
  say(define ${ARGN})
endfunction()
function(zephyr_library_compile_definitions)
  say(private ${ARGN})
endfunction()
function(zephyr_library_include_directories)
  say(private ${ARGN})
endfunction()
function(zephyr_library_link_libraries)
  say(link ${ARGN})
endfunction()
function(idf_component_register)
  cmake_parse_arguments(C "" "" "SRCS;INCLUDE_DIRS;PRIV_INCLUDE_DIRS;PRIV_REQUIRES;REQUIRES" ${ARGN})
  say(unknown ${C_UNPARSED_ARGUMENTS})
  say(source ${C_SRCS})
  say(include ${C_INCLUDE_DIRS})
  say(link ${C_PRIV_REQUIRES})
endfunction()
function(target_compile_definitions target scope)
  say(define ${ARGN})
endfunction()
set(COMPONENT_LIB prov)
"""


def cmake_says(file, settings):
    """What a build description hands to its build system: {"source": {…}, "include": {…}, …}."""
    with tempfile.TemporaryDirectory() as folder:
        script = pathlib.Path(folder) / "mocks.cmake"
        script.write_text(MOCKS + "".join(f"set({name} {value})\n" for name, value in settings.items()) + f'include("{file}")\n')
        run = subprocess.run(["cmake", "-P", script], capture_output=True, text=True, check=False)
    if run.returncode != 0 or run.stderr:
        complain(f"{file}: {run.stderr}")
    said = {}
    for line in run.stdout.splitlines():
        what, item = line.removeprefix("-- ").split(" ", 1)
        said.setdefault(what, set()).add(item)
    return said


def built():
    """The sources that a firmware build here compiles into the library, by its own list of commands."""
    mbedtls = pathlib.Path(os.environ.get("PROV_MBEDTLS_SOURCE", root / "build/mbedtls-source"))
    more = [f"-DPROV_MBEDTLS_SOURCE={mbedtls}"] if mbedtls.is_dir() else []
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["cmake", "-S", root, "-B", folder, "-G", "Ninja", "-DPROV_HOST=OFF", "-DPROV_TESTS=OFF",
                        "-DCMAKE_EXPORT_COMPILE_COMMANDS=ON", *more], check=True, capture_output=True)
        files = {entry["file"] for entry in json.loads((pathlib.Path(folder) / "compile_commands.json").read_text())}
    ours = {file for file in files if file.startswith(str(root)) and not file.startswith(str(mbedtls))}
    return {file for file in ours if "/device-agent/port/" not in file}, bool(more)


def check_sources(name, said, with_backend, everything, on):
    sources, has_backend = built()
    handed = said.get("source", set())
    for file in handed:
        if not pathlib.Path(file).is_file():
            complain(f"{name}: no such file: {file}")
    rooms = {file for file in handed if "/libprov/crypto/" not in file}
    equal(f"{name}: sources", rooms, {file for file in sources if "/libprov/crypto/" not in file})
    if has_backend and with_backend:
        backend = {file for file in handed - rooms if "/crypto/mbedtls/" in file}
        equal(f"{name}: backend", backend, {file for file in sources if "/libprov/crypto/" in file})
    for folder in said.get("include", set()):
        if not (pathlib.Path(folder) / "prov").is_dir():
            complain(f"{name}: no headers in {folder}")
    equal(f"{name}: options", said.get("define", set()), {f"{option}={int(option in on)}" for option in everything})
    equal(f"{name}: arguments", said.get("unknown", set()), set())


def main():
    everything = check_options()
    on = {"PROV_WITH_PSK", "PROV_WITH_LOG"}
    chosen = {f"CONFIG_{option}": "y" for option in on}

    module = yaml.safe_load((agent / "zephyr/module.yml").read_text())
    equal("zephyr/module.yml, name", module["name"], "prov")
    if not (agent / module["build"]["kconfig"]).is_file():
        complain("zephyr/module.yml: no such Kconfig")
    file = agent / module["build"]["cmake"] / "CMakeLists.txt"
    equal("zephyr, not selected", set(cmake_says(file, chosen)), set())
    check_sources("zephyr", cmake_says(file, chosen | {"CONFIG_PROV": "y"}), False, everything, on)
    said = cmake_says(file, chosen | {"CONFIG_PROV": "y", "CONFIG_PROV_MBEDTLS": "y"})
    check_sources("zephyr with Mbed TLS", said, True, everything, on)

    component = yaml.safe_load((agent / "port/esp-idf/idf_component.yml").read_text())
    version = re.search(r"project\(prov VERSION (\S+)", (root / "CMakeLists.txt").read_text()).group(1)
    equal("idf_component.yml, version", component["version"], version)
    check_sources("esp-idf", cmake_says(agent / "port/esp-idf/CMakeLists.txt", chosen), True, everything, on)

    print("Zephyr and ESP-IDF get what is built here" if failures == 0 else f"{failures} differences")
    return failures != 0


sys.exit(main())
