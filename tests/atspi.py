#!/usr/bin/env python3
"""What an assistive program sees of the window: prints "role<TAB>name<TAB>description" of every control, and presses
the one that is named on the command line. Needs AT-SPI's python3-pyatspi and a session bus."""
import sys
import time

import pyatspi


def window(seconds=10):
    end = time.time() + seconds
    while time.time() < end:
        for program in pyatspi.Registry.getDesktop(0):
            if program is not None and program.name == "unroll" and program.childCount > 0:
                found = program.getChildAtIndex(0)
                if found is not None and found.childCount > 0:
                    return found
        time.sleep(0.2)
    sys.exit("no window on the accessibility bus")


def press(frame, name):
    for child in frame:
        if child.name == name:
            action = child.queryAction()
            print("pressed", action.getName(0), action.doAction(0))
            return
    sys.exit("no control '%s'" % name)


frame = window()
if len(sys.argv) > 1:
    press(frame, sys.argv[1])
else:
    print("window", frame.name, frame.getRoleName())
    for child in frame:
        states = child.getState()
        focus = "focused" if states.contains(pyatspi.STATE_FOCUSED) else ""
        print("\t".join([child.getRoleName(), child.name, child.description, focus]))
