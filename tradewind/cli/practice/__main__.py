import sys

from tradewind.cli.practice import main

sys.exit(main(["practice", *sys.argv[1:]]))
