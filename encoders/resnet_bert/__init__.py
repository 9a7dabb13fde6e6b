"""ResNet and BERT side by side, with a block that reads both together. Made by `radseek train`."""
