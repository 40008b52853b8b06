package retrieval

// A long document is about a query where one passage of it is. Passages end at a heading or where they are long: what is
// about one thing rarely takes more than a hundred words.
const (
	passageWords    = 150
	passageHeadings = 50
)

// passages counts a text's words into passages.
type passages struct{ words int }

// ends tells whether a passage ends before the next word.
func (p *passages) ends(opens bool) bool {
	ends := p.words > passageWords || opens && p.words > passageHeadings
	if ends {
		p.words = 0
	}
	p.words++
	return ends
}

// packFlow keeps a running text in a byte or two a word: a document's distinct words are few. moved tells where each term
// has gone.
func packFlow(flow []place, moved []place) []byte {
	size := 0
	for _, p := range flow {
		size++
		if p != passageEnd && moved[p]+1 >= 0x80 {
			size++
		}
	}
	packed := make([]byte, 0, size)
	for _, p := range flow {
		switch at := uint32(0); {
		case p == passageEnd:
			packed = append(packed, 0)
		default:
			if at = uint32(moved[p]) + 1; at < 0x80 {
				packed = append(packed, byte(at))
				continue
			}
			packed = append(packed, byte(0x80|at>>8), byte(at))
		}
	}
	return packed
}

// unpack calls read for every term of a packed running text, and end where a passage ends.
func unpack(packed []byte, read func(term int), end func()) {
	for i := 0; i < len(packed); i++ {
		at := int(packed[i])
		switch {
		case at == 0:
			end()
			continue
		case at >= 0x80:
			i++
			at = at&0x7f<<8 | int(packed[i])
		}
		read(at - 1)
	}
}
