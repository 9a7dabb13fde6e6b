"""MedImageInsight: the UniCL dual encoder. Importing this loads no torch."""
