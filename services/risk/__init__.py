"""risk: how dangerous each enterprise is, in four colours, with the reasons and the doubts."""
