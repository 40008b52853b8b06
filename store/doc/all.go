package doc

import "sync"

// encodeApart is from how many documents on two processors are worth it: in a
// burst, what waits for a commit waits for its documents first.
const encodeApart = 16

// EncodeAll encodes each of a list.
func EncodeAll[T any](list []T) ([][]byte, error) {
	out := make([][]byte, len(list))
	if len(list) < encodeApart {
		return out, encodeInto(out, list)
	}
	half := len(list) / 2
	var second error
	var group sync.WaitGroup
	group.Go(func() { second = encodeInto(out[half:], list[half:]) })
	first := encodeInto(out[:half], list[:half])
	group.Wait()
	if first != nil {
		return out, first
	}
	return out, second
}

func encodeInto[T any](out [][]byte, list []T) (err error) {
	for n := range list {
		if out[n], err = Encode(&list[n]); err != nil {
			return err
		}
	}
	return nil
}
