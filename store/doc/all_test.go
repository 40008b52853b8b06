package doc

import (
	"fmt"
	"math"
	"testing"
)

func TestAllAreEncodedInTheirPlaces(t *testing.T) {
	for _, n := range []int{0, 1, encodeApart - 1, encodeApart, 4*encodeApart + 1} {
		list := make([]map[string]int, n)
		for i := range list {
			list[i] = map[string]int{"n": i}
		}
		got, err := EncodeAll(list)
		if err != nil || len(got) != n {
			t.Fatalf("%d of %d: %v", len(got), n, err)
		}
		for i, b := range got {
			if want := fmt.Sprintf(`{"n":%d}`, i); string(b) != want {
				t.Errorf("number %d of %d is %s, want %s", i, n, b, want)
			}
		}
	}
	for _, spoilt := range []int{0, 2*encodeApart - 1} {
		list := make([]float64, 2*encodeApart)
		list[spoilt] = math.NaN()
		if _, err := EncodeAll(list); err == nil {
			t.Errorf("number %d is no JSON, and nobody says so", spoilt)
		}
	}
}
