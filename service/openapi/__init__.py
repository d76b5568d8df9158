"""Describes the REST API: OpenAPI 3.1, put together from the routes and the definitions, and a page to read it in.

schema      the words in which schemas are written here
answers     the schemas of what is answered
bodies      the schemas of what is asked for, and the options of an enqueue
parameters  what a request has beside its body, and the headers of answers
payloads    the payloads' schemas, brought to where the document has them, with an example for each
failures    the schemas of problems, with an example for each code
document    puts them together
description writes the document once for an application
page        /docs: reads the document in a browser, and asks nobody else for anything
"""
