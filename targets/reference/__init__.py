"""The reference target: a bridge and a gateway that keep every contract.

Their methods are seams for planted bugs. Each runs alone:

python targets/reference --dialect arena --port 8080 --config bridge.toml
"""
