package retrieval

// Field is one named text of a document, such as its title or its root cause. All names are read alike, but title, alerts
// and the heading that text begins with may be a name that a query calls the document by; and title, alerts and symptom
// are taken for what somebody would write who doesn't know the document.
type Field struct {
	Name string
	Text string
}

// Facets are what is known of a document beyond its text. Empty strings and nil mean unknown.
type Facets struct {
	Type string
	// Problem is the same for documents that tell of the same problem, such as what fixed it; the type where empty. That
	// a problem came again makes a match no less sure.
	Problem string
	// Seen is the same for documents that somebody saw the same of, whatever it turned out to be: an alert that came
	// again. It counts as the same problem, too.
	Seen      string
	Service   string
	Magnitude *float64
}

// Document is what an index holds. Kind and ID together identify it; Kind means nothing to the index. Fields are read in
// their order, and a name may come more than once.
type Document struct {
	ID     string
	Kind   string
	Fields []Field
	Facets Facets
}
