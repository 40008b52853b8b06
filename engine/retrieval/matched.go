package retrieval

import (
	"cmp"
	"slices"
	"unicode"
	"unicode/utf8"
)

// maxMatched is how many matched words a hit names: more don't fit into a line.
const maxMatched = 12

// said is one word of the query: as it was written, and what it weighs.
type said struct {
	token
	term uint32
	idf  float64
}

// said weighs the words of a query; stop words don't count. The index is locked for reading.
func (x *Index) said(tokens []token) []said {
	idf := x.lexicon.idf()
	words := make([]said, 0, len(tokens))
	for _, t := range tokens {
		if t.stop {
			continue
		}
		s := said{token: t, term: noTerm}
		df := uint32(0)
		if id, known := x.lexicon.terms[t.stem]; known {
			s.term, df = id, x.lexicon.df(id)
		}
		s.idf = idf(df)
		words = append(words, s)
	}
	return words
}

// noTerm is the number of a word that no document has ever held.
const noTerm = ^uint32(0)

// hits turns the best documents into hits.
func hits(found []scored, l lift, k int, words []said, ground strangers) []Hit {
	hits := make([]Hit, 0, min(k, len(found)))
	for i, f := range found[:min(k, len(found))] {
		h := Hit{
			ID: f.id, Kind: f.kind, Score: f.score, Legs: f.legs, Margin: 1,
			SameType:    l.typeKey != "" && l.typeKey == f.typeKey,
			SameService: l.service != "" && l.service == f.service,
			Cosine:      f.legs.Passage, Agreement: f.words, Called: f.named == nameLift,
		}
		if i+1 < len(found) {
			h.Margin = 1 - found[i+1].score/f.score
		}
		h.Rival = ground.rival(share(thirdBest(found, f), f.words), h.Cosine)
		h.Coverage, h.Matched = covered(f.entry, words)
		h.Names = namesShare(f.entry, words, h.Coverage)
		hits = append(hits, h)
	}
	inOrder(hits)
	return hits
}

// inOrder keeps the words of a hit from speaking louder than those of a hit that they are less like.
func inOrder(hits []Hit) {
	byWords := make([]*Hit, len(hits))
	for i := range hits {
		byWords[i] = &hits[i]
	}
	slices.SortStableFunc(byWords, func(a, b *Hit) int { return cmp.Compare(b.Agreement, a.Agreement) })
	for i := 1; i < len(byWords); i++ {
		h, better := byWords[i], byWords[i-1]
		h.Cosine, h.Names = min(h.Cosine, better.Cosine), min(h.Names, better.Names)
		h.Rival = max(h.Rival, better.Rival)
	}
}

// thirdBest is the third best text score, others that tell of a document's own problem left out.
func thirdBest(found []scored, of scored) float64 {
	var best [3]float64
	for _, f := range found {
		if f.entry != of.entry && f.again(of.entry) {
			continue
		}
		score := f.words
		for i := range best {
			if score > best[i] {
				score, best[i] = best[i], score
			}
		}
	}
	return best[2]
}

// strangers stand for the documents that a young history doesn't hold yet: the fewer it holds, the more they count, as
// many as the background of the idf, and they are as like the query as unrelated documents are.
type strangers struct {
	weight, cosine float64
}

func (s strangers) rival(third, cosine float64) float64 {
	stranger := s.weight * share(s.cosine, cosine)
	return third + (1-min(third, 1))*stranger
}

// namesShare is the share of the query's names that a document has. What people write in chat has few, so that all of its
// words count as one more name; with half of them a document has as much of it as alerts have of their names on the
// development set.
func namesShare(e *entry, words []said, coverage float64) float64 {
	const usual = .75
	all, got := 1., usual*min(2*coverage, 1)
	seen := map[string]bool{}
	for _, w := range words {
		if w.whole || seen[w.stem] || !unicode.IsUpper(firstRune(w.part)) {
			continue
		}
		seen[w.stem] = true
		all += w.idf
		if e.has(w.term) {
			got += w.idf
		}
	}
	return got / all
}

func firstRune(s string) rune {
	r, _ := utf8.DecodeRuneInString(s)
	return r
}

// distinctSaid counts the different words of a query, numbers aside.
func distinctSaid(words []said) int {
	seen := map[string]bool{}
	for _, w := range words {
		if !w.whole && !isCount(w.text) {
			seen[w.stem] = true
		}
	}
	return len(seen)
}

// covered returns the idf-weighted share of the query's distinct words that a document has, and these words as they
// were written. A compound whose parts all match is named as a whole.
func covered(e *entry, words []said) (float64, []string) {
	all, got := 0., 0.
	seen := make(map[string]bool, len(words))
	var matched []said
	for i := 0; i < len(words); {
		end, missed := i, false
		var parts []said
		for ; end < len(words) && (end == i || words[end].compound == words[i].compound && !words[end-1].whole); end++ {
			w := words[end]
			has := e.has(w.term)
			if has {
				parts = append(parts, w)
			}
			if w.whole {
				continue
			}
			missed = missed || !has
			if seen[w.stem] {
				continue
			}
			seen[w.stem] = true
			all += w.idf
			if has {
				got += w.idf
			}
		}
		matched = append(matched, named(parts, missed)...)
		i = end
	}
	return share(got, all), distinct(matched)
}

// named is what one compound's matched parts are shown as.
func named(parts []said, missed bool) []said {
	if len(parts) == 0 {
		return nil
	}
	whole := parts[len(parts)-1]
	if !missed || whole.whole {
		whole.part = whole.compound
		return []said{whole}
	}
	return parts
}

// distinct are the words as written, the rarest first, each once.
func distinct(matched []said) []string {
	slices.SortStableFunc(matched, func(a, b said) int { return cmp.Compare(b.idf, a.idf) })
	var names []string
	seen := map[string]bool{}
	for _, m := range matched {
		if !seen[m.stem] && len(names) < maxMatched {
			seen[m.stem] = true
			names = append(names, m.part)
		}
	}
	return names
}

func (e *entry) has(term uint32) bool {
	_, found := e.placeOf(term)
	return found
}

// placeOf is where a term is among the document's.
func (e *entry) placeOf(term uint32) (int, bool) {
	return slices.BinarySearchFunc(e.terms, term, func(t packed, id uint32) int { return cmp.Compare(t.number(), id) })
}
