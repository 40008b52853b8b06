// Package retrieval answers one question: which of these documents is this text about?
//
// Documents go in as named texts and a few facets, ranked evidence comes out. The package knows nothing of incidents,
// runbooks or Slack; a document's kind is an opaque label that a query may filter by.
//
// A search asks three lexical legs and one vector leg, and fuses their scores, never their ranks:
//
//   - BM25 over stemmed words;
//   - the TF-IDF cosine of words and word pairs;
//   - the cosine of the words' character 3-, 4- and 5-grams, which forgives typing errors and knows no language;
//   - the cosine of dense vectors, kept in chromem-go, from the built-in hashed embedder or from an endpoint.
//
// What is known beyond text (error type, service, magnitude) lifts documents after the fusion. Scores of the fusion are
// relative: the best of a bad lot gets almost 1. How good the best is in itself is told by [Hit.Cosine], to be read
// against [Index.Nulls].
package retrieval
