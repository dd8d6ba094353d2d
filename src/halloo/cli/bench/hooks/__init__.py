"""The benchmark of web hooks (hooks contract 15).

`sink` takes what is posted, `node` posts as the product does, `bare` with as little as can be; `ground` makes a database ready,
`evidence` looks at what came, `figures` and `waits` measure, `run` puts it together and says what came out.
"""
