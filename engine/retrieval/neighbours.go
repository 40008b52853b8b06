package retrieval

import "math"

// nearWords is how far apart two words may stand to be near each other. Two to five do equally well on the development
// set.
const nearWords = 3

// placePair names two words of a query by their places in its terms, the lower first.
type placePair struct{ a, b uint16 }

func pairOf(a, b uint16) placePair {
	if a > b {
		a, b = b, a
	}
	return placePair{a, b}
}

// nearPair is what two near words of a query weigh. Where they are neighbours, forth numbers them in the order of their
// places and back in the other, from 1 on.
type nearPair struct {
	weight      float64
	forth, back int
}

// neighbour is a pair of neighbours in a document, and how often.
type neighbour struct {
	number int
	count  float32
}

// readNear reads which words of the query stand near each other. Its terms are sorted by now.
func (q *lexicalQuery) readNear(a analysis, l *lexicon) {
	idf := l.idf()
	at := make([]int, len(a.terms)) // in q.terms, -1 for the unknown
	weight := make([]float64, len(a.terms))
	for i, t := range a.terms {
		at[i], weight[i] = -1, idf(0)
		if id, known := l.terms[t.stem]; known && l.df(id) > 0 {
			at[i], weight[i] = q.placeOf(id), idf(l.df(id))
		}
	}
	q.near = map[placePair]nearPair{}
	unknown := map[placePair]bool{}
	eachNear(a.flow, func(one, two place, apart int) {
		w := math.Sqrt(weight[one] * weight[two])
		if at[one] < 0 || at[two] < 0 {
			if key := pairOf(uint16(one), uint16(two)); !unknown[key] {
				unknown[key] = true
				q.nearAll += w
			}
			return
		}
		key := pairOf(uint16(at[one]), uint16(at[two]))
		n, known := q.near[key]
		if !known {
			n.weight = w
			q.nearAll += w
		}
		if apart == 1 {
			number := &n.forth
			if at[one] > at[two] {
				number = &n.back
			}
			if *number == 0 {
				q.neighbours = append(q.neighbours, 0)
				*number = len(q.neighbours)
			}
			q.neighbours[*number-1]++
		}
		q.near[key] = n
	})
}

// eachNear calls found for all two different words that stand near each other.
func eachNear(flow []place, found func(one, two place, apart int)) {
	for i, one := range flow {
		for apart := 1; one != passageEnd && apart <= nearWords && i+apart < len(flow); apart++ {
			two := flow[i+apart]
			if two == passageEnd {
				break
			}
			if one != two {
				found(one, two, apart)
			}
		}
	}
}

// weighNeighbours adds to every document's words what its neighbours have in common with the query's, and makes it a
// cosine. How rare a pair is, the candidates tell: who has a rare pair has two words of the query and is among them.
func (q *lexicalQuery) weighNeighbours(found []scored, l *lexicon) {
	having := make([]uint32, len(q.neighbours))
	for _, f := range found {
		for _, n := range f.neighbours {
			having[n.number-1]++
		}
	}
	idf := l.idf()
	whole := q.words * q.words
	weights := make([]float64, len(q.neighbours))
	for i, count := range q.neighbours {
		w := float64(damp(count)) * idf(having[i])
		whole += w * w
		weights[i] = w * idf(having[i])
	}
	whole = math.Sqrt(whole)
	for i, f := range found {
		for _, n := range f.neighbours {
			f.dot += weights[n.number-1] * float64(damp(n.count))
		}
		found[i].legs.Words = share(f.dot, whole*f.norms.words)
	}
}
