package engine

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"encoding/gob"
	"errors"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// A long history is read faster from a file of what this process knows of it than
// from the store. The store stays the truth: the file is what a replica knew that
// was away for a while, and the events since tell what it missed. One that does
// not fit, because of another build, store or format, or that is damaged, is as
// good as none.

// Kept says where the history is kept for the next start, and who reads it.
type Kept struct {
	Path string // nothing is kept where empty
	// Build names the program: another may read texts in another way. It is asked
	// only where there is something to read or write.
	Build func() (string, error)
	// From is how long a history has to be, 2,000 where 0: a shorter one is read in
	// no time.
	From int
}

const (
	keptFormat = "rof history 2\n"
	keepFrom   = 2_000
	// keepEvery is how often the file is made anew, where it is keepAfter events
	// behind; catchUp is with how many events nobody catches up.
	keepEvery = 10 * time.Minute
	keepAfter = 1_000
	catchUp   = 20_000
)

// keptHead opens the file. The event is the proof that it is of this store, and
// that nothing was rolled back since.
type keptHead struct {
	Build string
	Event Event
}

// keeps reports whether the history is kept at all. Vectors of an endpoint are
// not: where there is one, they take the time that a start takes.
func (e *Engine) keeps() bool { return e.cfg.Kept.Path != "" && e.cfg.Embedder == nil && !e.cfg.Unread }

// keepUp keeps the history from time to time until ctx ends, and once more then.
func (e *Engine) keepUp(ctx context.Context) {
	tick := time.NewTicker(keepEvery)
	defer tick.Stop()
	for going := true; going; {
		if err := e.keepIfWorth(context.WithoutCancel(ctx)); err != nil {
			e.log.WarnContext(ctx, "the history is not kept for the next start, which will take longer", "error", err)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			going = false
		}
	}
	if err := e.keepIfWorth(context.WithoutCancel(ctx)); err != nil {
		e.log.WarnContext(ctx, "the history is not kept for the next start, which will take longer", "error", err)
	}
}

func (e *Engine) keepIfWorth(ctx context.Context) error {
	seq := e.feed.position()
	if e.library.size() < cmp.Or(e.cfg.Kept.From, keepFrom) || e.keptSeq > 0 && seq-e.keptSeq < keepAfter {
		return nil
	}
	if err := e.writeHistory(ctx, seq); err != nil {
		return err
	}
	e.keptSeq = seq
	return nil
}

// writeHistory writes what the library knows; seq is up to where it has followed the
// events, at least.
func (e *Engine) writeHistory(ctx context.Context, seq int64) (err error) {
	head := keptHead{}
	if head.Build, err = e.cfg.Kept.Build(); err != nil {
		return err
	}
	if err := e.store.View(ctx, func(r Reader) (err error) {
		head.Event, err = eventAt(ctx, r, seq)
		return err
	}); err != nil {
		return err
	}
	path := e.cfg.Kept.Path
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	// It has a name of its own until it is whole. CreateTemp lets nobody else read it.
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	err = errors.Join(writeKept(f, &head, e.library), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}

// writeKept writes the format, the checksum of the rest, and the rest.
func writeKept(f *os.File, head *keptHead, l *library) error {
	sum := crc32.New(crc32.MakeTable(crc32.Castagnoli))
	if _, err := f.WriteString(keptFormat + "    "); err != nil {
		return err
	}
	out := bufio.NewWriterSize(io.MultiWriter(f, sum), 1<<20)
	if err := errors.Join(gob.NewEncoder(out).Encode(head), l.save(out), out.Flush()); err != nil {
		return err
	}
	_, err := f.WriteAt(binary.BigEndian.AppendUint32(nil, sum.Sum32()), int64(len(keptFormat)))
	return err
}

func eventAt(ctx context.Context, r Reader, seq int64) (Event, error) {
	list, err := r.Events(ctx, seq-1, 1)
	if err == nil && (len(list) == 0 || list[0].Seq != seq) {
		err = NotFoundf("there is no event %d", seq)
	}
	if err != nil {
		return Event{}, err
	}
	return list[0], nil
}

// errUnfit says that what is kept is not of this build or store.
var errUnfit = errors.New("it is of another build or store")

// recall takes over what is kept, where it fits, and returns the Seq up to which
// it knows the events.
func (e *Engine) recall(ctx context.Context, r Reader, last int64) (seq int64, ok bool) {
	if !e.keeps() {
		return 0, false
	}
	l, seq, err := e.readKept(ctx, r, last)
	if err != nil {
		if !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, errUnfit) {
			e.log.WarnContext(ctx, "the kept history is of no use; the store's is read", "file", e.cfg.Kept.Path, "error", err)
		}
		return 0, false
	}
	e.library, e.keptSeq = l, seq
	return seq, true
}

func (e *Engine) readKept(ctx context.Context, r Reader, last int64) (*library, int64, error) {
	f, err := os.Open(e.cfg.Kept.Path)
	if err != nil {
		return nil, 0, err
	}
	defer func() { _ = f.Close() }() // it is only read
	start := make([]byte, len(keptFormat)+4)
	if _, err := io.ReadFull(f, start); err != nil || string(start[:len(keptFormat)]) != keptFormat {
		return nil, 0, errors.Join(errUnfit, err)
	}
	sum := crc32.New(crc32.MakeTable(crc32.Castagnoli))
	in := bufio.NewReaderSize(io.TeeReader(f, sum), 1<<20)
	var head keptHead
	if err := gob.NewDecoder(in).Decode(&head); err != nil {
		return nil, 0, err
	}
	seq := head.Event.Seq
	build, err := e.cfg.Kept.Build()
	if err != nil {
		return nil, 0, err
	}
	if head.Build != build || seq > last || last-seq > catchUp {
		return nil, 0, errUnfit
	}
	ev, err := eventAt(ctx, r, seq)
	switch {
	case KindOf(err) == NotFound:
		return nil, 0, errUnfit
	case err != nil:
		return nil, 0, err
	case ev.Type != head.Event.Type || !ev.At.Equal(head.Event.At) || !bytes.Equal(ev.Data, head.Event.Data):
		return nil, 0, errUnfit
	}
	l := newLibrary(nil)
	if err := l.restore(in); err != nil {
		return nil, 0, err
	}
	if _, err := io.Copy(io.Discard, in); err != nil {
		return nil, 0, err
	}
	if sum.Sum32() != binary.BigEndian.Uint32(start[len(keptFormat):]) {
		return nil, 0, errors.New("its checksum is wrong")
	}
	return l, seq, nil
}
