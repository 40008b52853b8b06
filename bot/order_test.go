package bot

import (
	"path/filepath"
	"slices"
	"testing"
	"time"

	"ragoffire/engine"
	"ragoffire/store"
)

func TestFirstPostsComeBeforeRepliesAndThoseBeforeEdits(t *testing.T) {
	st, err := store.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "rof.db"), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	now := night
	posts := []engine.Post{
		{Key: "edit", TS: "1.1"},
		{Key: "reply of the edit", Parent: "edit"},
		{Key: "asked in a thread", Thread: "9.9"},
		{Key: "first a"},
		{Key: "reply of a", Parent: "first a"},
		{Key: "first b"},
		{Key: "later", NotBefore: now.Add(time.Minute)},
		{Key: "sooner", NotBefore: now.Add(time.Second)},
		{Key: "reply of the dead", Parent: "dead"},
		{Key: "dead", Dead: true},
		{Key: "reply of nothing", Parent: "gone"},
	}
	for n := range posts {
		posts[n].Channel, posts[n].Kind, posts[n].CreatedAt = "C1", engine.PostIncident, now.Add(time.Duration(n)*time.Second)
	}
	if err := st.Update(t.Context(), func(tx engine.Tx) error { return tx.WantPosts(t.Context(), posts...) }); err != nil {
		t.Fatal(err)
	}
	var q queue
	err = st.View(t.Context(), func(r engine.Reader) (err error) {
		q, err = pending(t.Context(), r, &severities{}, "C1", now)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, d := range q.ready {
		got = append(got, d.Key)
	}
	want := []string{"first a", "first b", "reply of the dead", "reply of nothing", "reply of the edit", "asked in a thread", "edit"}
	if !slices.Equal(got, want) {
		t.Errorf("the order is %q, want %q", got, want)
	}
	if q.wait != time.Second {
		t.Errorf("the next one is due in %s, want 1s", q.wait)
	}
}
