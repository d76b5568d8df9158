"""The storm: generated rubbish over HTTP and into every type of key, while good jobs go in and must all run."""
