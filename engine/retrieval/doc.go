// Package retrieval answers one question: which of these documents is this text about?
//
// Documents go in as named texts and a few facets, ranked evidence comes out. The package knows nothing of incidents,
// runbooks or Slack; a document's kind is an opaque label that a query may filter by.
//
// A search asks four lexical legs and, where there is an embedder, one vector leg, and fuses their scores, never their ranks:
//
//   - the TF-IDF cosine of words and of words next to each other, those by which people on call call the same thing
//     included at a third of their weight (synonyms.go);
//   - the cosine of the words' character 3-, 4- and 5-grams, which forgives typing errors and knows no language;
//   - the cosine of the best passage: a long runbook is about an alert where one passage of it is;
//   - the share of the query's near words that stand near each other;
//   - the cosine of dense vectors, kept in chromem-go, where an endpoint makes them.
//
// BM25 finds the candidates. Texts are read as what they are: Markdown's commands and addresses count little, and so do an
// alert's labels, numbers and what its template has left open (spans.go). A document that the query calls by its name goes
// first (names.go).
//
// What is known beyond text (error type, service, magnitude) lifts documents after the fusion. Scores of the fusion are
// relative: the best of a bad lot gets almost 1. How good the best is in itself is told by [Hit.Cosine], to be read
// against [Index.Nulls], and by how far the legs agree.
package retrieval
