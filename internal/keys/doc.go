// Package keys holds tests only: for every key that an experiment file can say, a row says what the key makes.
//
// Keys are found by walking the registered kinds and the structs of the file; a key without a row, and a row without a
// key, fail TestEveryKeyHasARow. There are three sorts of rows:
//
//   - rows of what is built (models, backgrounds, connectors, short-term plasticity, rules, waves, projections, stimuli, teachers, patterns,
//     protocols): the row changes the key in a file, and by hand, field by field, the network that the file without it describes. Both networks
//     have to be the same, and what they do has to differ from what the network without the key does. By how much is said by package
//     oracle, which solves the equations of the changed network;
//   - rows of results (recordings, probes, figures, comparisons, variants): the experiment is run, and the row says what is different among its
//     files;
//   - rows of tasks: the task is done, small, with the key and without it, and its tables differ; the row says which field of the
//     task the key sets.
package keys
