"""Laws of phrases about something: a discourse that walks among word vectors, mixtures of topics."""
