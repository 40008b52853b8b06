package retrieval

import (
	"encoding/gob"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
)

// A snapshot holds what is dear to make: the words, and the documents in terms of them. The rest follows from these, in
// less time than it takes to read it. It fits the build that wrote it: another may read texts in another way.

// savedChunk is how many documents are saved as one: enough to be quick, few enough to need little memory.
const savedChunk = 4096

// savedIndex opens a snapshot.
type savedIndex struct {
	Words     string // one after another
	Ends      []uint32
	Slots     int
	Length    float64
	Strictest uint32
	Nulls     *savedNulls
	Probes    []savedProbe
}

type savedNulls struct {
	Nulls

	Size int
}

type savedProbe struct {
	Slot, Drawn uint32
	Text        string
}

// savedEntries are documents column by column.
type savedEntries struct {
	Slots, Problems, Seen []uint32
	Kinds, IDs            []string
	Types, Services       []string
	Magnitudes            []float64
	Sized                 []bool // those whose magnitude is known
	Lengths               []float32
	Spreads               []int
	Terms, Names          []uint32
	Flow                  []byte
	TermsAt, NamesAt, End []uint32 // where those of each document end; End is that of Flow
}

// Snapshot is an index as it was when it was taken, to be written.
type Snapshot struct {
	head    *savedIndex
	entries []*entry
}

// Write writes what Restore reads.
func (s *Snapshot) Write(w io.Writer) error {
	out := gob.NewEncoder(w)
	if err := out.Encode(s.head); err != nil {
		return fmt.Errorf("snapshot of the index: %w", err)
	}
	for chunk := range slices.Chunk(s.entries, savedChunk) {
		if err := out.Encode(saveEntries(chunk)); err != nil {
			return fmt.Errorf("snapshot of the index: %w", err)
		}
	}
	// An empty one ends it.
	if err := out.Encode(new(savedEntries)); err != nil {
		return fmt.Errorf("snapshot of the index: %w", err)
	}
	return nil
}

// Snapshot takes what is there, in milliseconds, but for vectors. Entries and words never change, so that they can be
// written while others go on.
func (x *Index) Snapshot() *Snapshot {
	x.mu.RLock()
	defer x.mu.RUnlock()
	l := x.lexicon
	head := &savedIndex{
		Words: strings.Join(l.words, ""), Ends: make([]uint32, len(l.words)), Slots: len(x.slots), Length: l.length,
		Strictest: x.nulls.strictest, Probes: make([]savedProbe, len(x.nulls.probes)),
	}
	end := 0
	for n, word := range l.words {
		end += len(word)
		head.Ends[n] = uint32(end)
	}
	for n, p := range x.nulls.probes {
		head.Probes[n] = savedProbe{p.slot, p.drawn, p.text}
	}
	if m := x.nulls.last.Load(); m != nil {
		head.Nulls = &savedNulls{m.Nulls, m.size}
	}
	entries := slices.DeleteFunc(slices.Clone(x.slots), func(e *entry) bool { return e == nil })
	return &Snapshot{head, entries}
}

func saveEntries(entries []*entry) *savedEntries {
	s := new(savedEntries)
	for _, e := range entries {
		s.Slots, s.Problems, s.Seen = append(s.Slots, e.slot), append(s.Problems, e.problem), append(s.Seen, e.seen)
		s.Kinds, s.IDs = append(s.Kinds, e.kind), append(s.IDs, e.id)
		s.Types, s.Services = append(s.Types, e.typeKey), append(s.Services, e.service)
		magnitude := 0.
		if e.magnitude != nil {
			magnitude = *e.magnitude
		}
		s.Magnitudes, s.Sized = append(s.Magnitudes, magnitude), append(s.Sized, e.magnitude != nil)
		s.Lengths, s.Spreads = append(s.Lengths, e.length), append(s.Spreads, e.spread)
		for _, t := range e.terms {
			s.Terms = append(s.Terms, uint32(t))
		}
		s.Names, s.Flow = append(s.Names, e.names...), append(s.Flow, e.flow...)
		s.TermsAt, s.NamesAt = append(s.TermsAt, uint32(len(s.Terms))), append(s.NamesAt, uint32(len(s.Names)))
		s.End = append(s.End, uint32(len(s.Flow)))
	}
	return s
}

var errSnapshot = errors.New("the snapshot of the index is damaged")

// Restore fills an empty index from a snapshot. Where it returns an error, the index is spoilt. The reader must also be
// an io.ByteReader, so that nothing behind the snapshot is read.
func (x *Index) Restore(r io.Reader) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	in := gob.NewDecoder(r)
	head := new(savedIndex)
	if err := in.Decode(head); err != nil {
		return fmt.Errorf("snapshot of the index: %w", err)
	}
	// The words are read while the documents come in.
	var words sync.WaitGroup
	var wordsErr error
	words.Go(func() { wordsErr = x.lexicon.restore(head) })
	err := x.restoreEntries(in, head)
	words.Wait()
	if err = errors.Join(err, wordsErr); err != nil {
		return err
	}
	x.refer()
	for _, p := range head.Probes {
		if int(p.Slot) >= len(x.slots) || x.slots[p.Slot] == nil {
			return errSnapshot
		}
		x.nulls.probes = append(x.nulls.probes, probe{x.slots[p.Slot], p.Drawn, p.Text})
	}
	x.nulls.strictest = head.Strictest
	if n := head.Nulls; n != nil {
		x.nulls.last.Store(&measured{n.Nulls, n.Size})
	}
	return nil
}

// restore takes the words in.
func (l *lexicon) restore(head *savedIndex) error {
	n := len(head.Ends)
	if n > maxPacked || n > 0 && int(head.Ends[n-1]) != len(head.Words) || !slices.IsSorted(head.Ends) {
		return errSnapshot
	}
	l.words, l.terms = make([]string, n), make(map[string]uint32, n)
	start := uint32(0)
	for t, end := range head.Ends {
		l.words[t] = head.Words[start:end]
		start = end
	}
	var spelling sync.WaitGroup
	spelling.Go(func() {
		for t, word := range l.words {
			l.spelling.add(word, uint32(t))
		}
	})
	for t, word := range l.words {
		l.terms[word] = uint32(t)
		l.chars.add(word)
	}
	spelling.Wait()
	l.length = head.Length
	return nil
}

// restoreEntries takes the documents in, but for what refers to them.
func (x *Index) restoreEntries(in *gob.Decoder, head *savedIndex) error {
	if head.Slots < 0 || head.Slots > maxPacked {
		return errSnapshot
	}
	x.slots, x.lengths = make([]*entry, head.Slots), make([]float32, head.Slots)
	x.byKey = make(map[key]*entry, head.Slots)
	for {
		s := new(savedEntries)
		if err := in.Decode(s); err != nil {
			return fmt.Errorf("snapshot of the index: %w", err)
		}
		if len(s.Slots) == 0 {
			return nil
		}
		if !s.sound(uint32(len(head.Ends))) {
			return errSnapshot
		}
		entries := make([]entry, len(s.Slots))
		terms := make([]packed, len(s.Terms))
		for n, t := range s.Terms {
			terms[n] = packed(t)
		}
		var term, name, flow uint32
		for n := range entries {
			e := &entries[n]
			e.key = key{x.name(s.Kinds[n]), s.IDs[n]}
			e.typeKey, e.service = x.name(s.Types[n]), x.name(s.Services[n])
			if s.Sized[n] {
				e.magnitude = &s.Magnitudes[n]
			}
			e.slot, e.problem, e.seen, e.length, e.spread = s.Slots[n], s.Problems[n], s.Seen[n], s.Lengths[n], s.Spreads[n]
			e.terms = terms[term:s.TermsAt[n]:s.TermsAt[n]]
			e.names = s.Names[name:s.NamesAt[n]:s.NamesAt[n]]
			e.flow = s.Flow[flow:s.End[n]:s.End[n]]
			term, name, flow = s.TermsAt[n], s.NamesAt[n], s.End[n]
			if int(e.slot) >= head.Slots || x.slots[e.slot] != nil || x.byKey[e.key] != nil {
				return errSnapshot
			}
			x.slots[e.slot], x.lengths[e.slot], x.byKey[e.key] = e, e.length, e
		}
	}
}

// sound reports whether the columns fit each other and the words.
func (s *savedEntries) sound(words uint32) bool {
	n := len(s.Slots)
	for _, l := range []int{
		len(s.Problems), len(s.Seen), len(s.Kinds), len(s.IDs), len(s.Types), len(s.Services), len(s.Magnitudes), len(s.Sized),
		len(s.Lengths), len(s.Spreads), len(s.TermsAt), len(s.NamesAt), len(s.End),
	} {
		if l != n {
			return false
		}
	}
	ends := func(at []uint32, all int) bool { return slices.IsSorted(at) && int(at[n-1]) == all }
	return ends(s.TermsAt, len(s.Terms)) && ends(s.NamesAt, len(s.Names)) && ends(s.End, len(s.Flow)) &&
		!slices.ContainsFunc(s.Terms, func(t uint32) bool { return packed(t).number() >= words }) &&
		!slices.ContainsFunc(s.Names, func(t uint32) bool { return t >= words })
}

// refer makes what leads from words, types and names to documents.
func (x *Index) refer() {
	l := x.lexicon
	counts := make([]uint32, len(l.words))
	all := 0
	for _, e := range x.slots {
		if e == nil {
			continue
		}
		all += len(e.terms)
		for _, t := range e.terms {
			counts[t.number()]++
		}
	}
	// One piece of memory for all lists, each with no room to grow into the next.
	slab := make([]packed, all)
	l.postings = make([][]packed, len(l.words))
	at := 0
	for t, count := range counts {
		l.postings[t] = slab[at : at : at+int(count)]
		at += int(count)
		for _, gram := range l.chars.of(uint32(t)) {
			l.chars.df[gram] += count
		}
	}
	for slot, e := range x.slots {
		if e == nil {
			x.free = append(x.free, uint32(slot))
			continue
		}
		for _, t := range e.terms {
			l.postings[t.number()] = append(l.postings[t.number()], packed(uint32(slot)<<8|uint32(t)&0xff))
		}
		if e.typeKey != "" {
			x.types[e.typeKey] = append(x.types[e.typeKey], e.slot)
		}
		for _, name := range e.names {
			x.named[name] = append(x.named[name], e.slot)
		}
		x.epoch++
	}
	for live := range len(x.byKey) {
		l.resize(live + 1)
	}
	l.weighGrams()
}
