"""The benchmark of web hooks (hooks contract 15). `sink` takes what is posted, `node` posts as the product does, `bare` as little as can be
done; `ground` makes the database ready, `figures` measures, `run` puts it together and says what came out.
"""
